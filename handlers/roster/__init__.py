"""The parts of the import that touch tables: what is stored of a roster, and how a difference is applied."""
