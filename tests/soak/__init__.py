"""Long runs at full size: `make soak`. The suite has a small size of each."""
