"""``landlinie.pooling.v1.RidePoolingService``, room by room."""

from landlinie.pooling.v1 import ride_pooling_service_pb2_grpc

from pooling.entrypoints.driver_calls import DriverCalls
from pooling.entrypoints.fleet_calls import FleetCalls
from pooling.entrypoints.plan_calls import PlanCalls
from pooling.entrypoints.ride_calls import RideCalls


class RidePoolingServicer(
    RideCalls, PlanCalls, FleetCalls, DriverCalls, ride_pooling_service_pb2_grpc.RidePoolingServiceServicer
):
    """The service's methods."""
