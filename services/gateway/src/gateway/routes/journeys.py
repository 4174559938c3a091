"""Places, journeys over everything that runs, bookings, shared cars, lifts and benches."""

from landlinie.journeys.v1 import car_service_pb2, journey_service_pb2, lift_service_pb2

from gateway.routes.route import Answer, Route, Routes

_JOURNEYS = journey_service_pb2.DESCRIPTOR.services_by_name["JourneyService"]
_places = Routes(_JOURNEYS, "Places")
_journeys = Routes(_JOURNEYS, "Journeys")
_bookings = Routes(_JOURNEYS, "Bookings")
_cars = Routes(car_service_pb2.DESCRIPTOR.services_by_name["CarService"], "Shared cars")
_LIFTS = lift_service_pb2.DESCRIPTOR.services_by_name["LiftService"]
_lifts = Routes(_LIFTS, "Lifts")
_benches = Routes(_LIFTS, "Benches")

# What people type, and where they are, stays out of addresses: those are written to logs on the way.
_JOURNEY_ROUTES = (
    _places.to("SearchPlaces", "POST /v1/places/search"),
    _places.to("DescribePosition", "POST /v1/places/describe"),
    _journeys.to("PlanJourneys", "POST /v1/journeys/search"),
    _journeys.to("GetJourney", "GET /v1/journeys/{journey_id}"),
    _bookings.to("BookJourney", "POST /v1/bookings", success=201),
    _bookings.to("ListBookings", "GET /v1/bookings"),
    _bookings.to("GetBooking", "GET /v1/bookings/{booking_id}"),
    _bookings.to("CancelBooking", "POST /v1/bookings/{booking_id}/cancel"),
    _bookings.to("WatchBooking", "GET /v1/bookings/{booking_id}/watch", answer=Answer.WATCH),
    Routes(_JOURNEYS, "Audit").to(
        "ListAuditEntries", "GET /v1/audit/journeys", operation="listJourneysAuditEntries"
    ),
)
_CARS = (
    _cars.to("ListCars", "GET /v1/cars", revalidated=True),
    _cars.to("ListFreeCars", "POST /v1/cars/free"),
    _cars.to("ReserveCar", "POST /v1/cars/{car_id}/reservations", success=201),
    _cars.to("ListReservations", "GET /v1/reservations"),
    _cars.to("CancelReservation", "POST /v1/reservations/{reservation_id}/cancel"),
    _cars.to("ReturnCar", "POST /v1/reservations/{reservation_id}/return"),
)
_LIFT_ROUTES = (
    _lifts.to("PostLift", "POST /v1/lifts", success=201),
    _lifts.to("ListLifts", "GET /v1/lifts"),
    _lifts.to("FindLifts", "POST /v1/lifts/search"),
    _lifts.to("WithdrawLift", "POST /v1/lifts/{lift_id}/withdraw"),
    _lifts.to("ReportLift", "POST /v1/lifts/{lift_id}/report"),
    _lifts.to("HideLift", "POST /v1/lifts/{lift_id}/hide"),
    _lifts.to("ListLiftReports", "GET /v1/lift-reports"),
    _lifts.to("RequestSeat", "POST /v1/lifts/{lift_id}/seats", success=201),
    _lifts.to("ListSeats", "GET /v1/seats"),
    _lifts.to("WatchSeats", "GET /v1/seats/watch", answer=Answer.WATCH),
    _lifts.to("AnswerSeatRequest", "POST /v1/seats/{seat_id}/answer"),
    _lifts.to("CancelSeat", "POST /v1/seats/{seat_id}/cancel"),
    _benches.to("ListBenches", "GET /v1/benches", revalidated=True),
    _benches.to("ReportBenchWait", "POST /v1/benches/{bench_id}/waits", success=201),
)

ROUTES: tuple[Route, ...] = (*_JOURNEY_ROUTES, *_CARS, *_LIFT_ROUTES)
