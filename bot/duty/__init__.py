"""Who answers the duty phone: rotas as data, and the exceptions that people make to them."""
