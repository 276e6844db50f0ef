"""The demo: an invented city with its shops, eighteen months of visits and every letter in between,
lived through day by day with the services that people use."""
