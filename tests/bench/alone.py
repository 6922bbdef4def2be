"""What is measured of this package alone."""
