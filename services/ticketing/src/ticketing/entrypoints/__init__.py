"""Where accounts and tariffs come in and bills go out."""
