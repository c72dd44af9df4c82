"""Photos and documents that students send in chat: they lie on a platform until they are fetched."""
