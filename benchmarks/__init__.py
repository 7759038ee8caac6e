"""How fast the app decides, told in a table. Its figures are reported and never asserted: machines differ."""
