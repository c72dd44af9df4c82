"""How one kind of prompt is asked, understood and what follows."""
