"""What people see: views by audience, and the rules every view stands under."""
