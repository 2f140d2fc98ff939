"""The live page's work: what is wished for, the engine's room, and the thread between them."""
