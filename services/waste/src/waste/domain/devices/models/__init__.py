"""One file for each family of devices that speak alike, with the vectors that show it."""
