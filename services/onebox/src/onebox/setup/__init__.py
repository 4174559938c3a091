"""The first start of an empty installation: a page that asks for the district, its service and vehicles."""
