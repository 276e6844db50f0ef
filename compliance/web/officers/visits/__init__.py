"""A visit in a shop: begun, answered screen by screen, checked, recorded and corrected."""
