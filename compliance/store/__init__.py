"""What is kept, and how. The store keeps; it does not judge."""
