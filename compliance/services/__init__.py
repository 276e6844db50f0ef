"""Use cases, a file per noun. Functions take a session, an actor and the moment; the edge commits."""
