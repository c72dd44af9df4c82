"""What the service is: its nouns and rules, the engine, views, storage, channels, rendering and wiring.

Everything that acts on these lives in the twins `handlers` (somebody acts) and `scheduler` (time passes).
"""
