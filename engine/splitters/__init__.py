"""How are documents cut into chunks? One file a way."""
