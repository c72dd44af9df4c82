"""What a school writes as data beside the programme: escalation policies and duty rotas, in immutable versions."""
