"""The fleet room: the vehicle-routing model, its times, and the one checker."""
