"""A whole day played through the API as passengers, phone desks and drivers would."""
