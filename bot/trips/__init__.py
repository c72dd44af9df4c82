"""One stay abroad."""
