"""Small files of every format that can be read, made up for tests."""

import json

from routing_core.formats.detect import Format

CORDEAU = """\
2 2 100 3 20
0 0.0 0.0 0 0 0 100
1 3.0 4.0 1 1 0 100
2 0.0 8.0 1 2 10 40
3 6.0 8.0 1 -1 20 30
4 0.0 2.0 1 -2 0 100
5 0.0 0.0 0 0 0 100
"""

CORDEAU_LAPORTE = """\
2 4 100 3 20
0 0.0 0.0 0 0 0 100
1 3.0 4.0 1 1 0 100
2 0.0 8.0 1 2 10 40
3 6.0 8.0 1 -1 20 30
4 0.0 2.0 1 -2 0 100
"""

LI_LIM = """\
3 10 1
0 0 0 0 0 100 0 0 0
1 3 4 6 0 50 2 0 3
2 0 8 5 10 40 2 0 4
3 6 8 -6 0 60 2 1 0
4 0 2 -5 0 90 2 2 0
"""

SOLOMON = """\
T1

VEHICLE
NUMBER     CAPACITY
  2         10

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      0         0          0          0        100          0
    1      3         4          6          0         50          5
    2      0         8          5         20         40          5
"""

CVRPLIB = """\
NAME : T-n3
COMMENT : (ours: of "three")
TYPE : CVRP
DIMENSION : 3
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 10
NODE_COORD_SECTION
1 0 0
2 1 1
3 0 8
DEMAND_SECTION
1 0
2 6
3 5
DEPOT_SECTION
1
-1
EOF
"""

CVRPLIB_EXPLICIT = """\
NAME : T-n3
TYPE : CVRP
DIMENSION : 3
EDGE_WEIGHT_TYPE : EXPLICIT
EDGE_WEIGHT_FORMAT : LOWER_ROW
CAPACITY : 10
EDGE_WEIGHT_SECTION
7 8
9
DEMAND_SECTION
1 0
2 6
3 5
DEPOT_SECTION
1
-1
EOF
"""

MTVRPTWR = """\
NAME: T3
TYPE: MTVRPTWR
EDGE_WEIGHT_TYPE: EUC_2D
DIMENSION: 3
VEHICLES: 1
CAPACITY: 10
SERVICE_TIME: 5
NODE_COORD_SECTION
1 0 0
2 1 1
3 0 8
DEMAND_SECTION
1 0
2 6
3 5
TIME_WINDOW_SECTION
1 0 100
2 0 20
3 0 60
RELEASE_TIME_SECTION
1 0
2 4
3 12
VEHICLES_RELOAD_DEPOT_SECTION
1 1
DEPOT_SECTION
1
EOF
"""

KIM = """\
10.0\t// vehicle capacity (yards), real number
25.0\t// total yardage allowed for a vehicle per day, real number
3\t// total number of regular stops for a vehicle allowed per day
3600\t// lunch time duration in second
30\t// speed: MPH
Stop_ID\tX(feet)\tY(feet)\tEarly\tLate\tService\tLoad\t"Stop_Type"
0   0.00   0.00  0600 1500 0  9999.00 0
1   5280.00   5280.00  0000 2400 600  9999.00 2
2   0.00   5280.00  0700 0730 300    6.00 1
3   10560.00   0.00  0000 2400 300    5.00 1
"""

PERIOD_CONTENT = {
    "info": {"numVehicles": 1, "maxDuration": 60, "maxCapacity": 10, "planningHorizon": 4},
    "features": [
        {
            "properties": {
                "id": index,
                "type": kind,
                "frequency": frequency,
                "demand": demand,
                "service": service,
            }
        }
        for index, (kind, frequency, demand, service) in enumerate(
            [
                ("depot", 0.0, 0.0, 0.0),
                ("customer", 2.0, 6.0, 5.0),
                ("customer", 1.0, 5.0, 5.0),
                ("intermediateFacility", 0.0, 0.0, 3.0),
            ]
        )
    ],
    "duration": [[0.0, 10.0, 8.0, 4.0], [9.0, 0.0, 3.0, 7.0], [8.0, 4.0, 0.0, 5.0], [2.0, 6.0, 6.0, 0.0]],
}
PVRPIF = json.dumps(PERIOD_CONTENT, indent=1)

FILES: dict[Format, str] = {
    Format.CORDEAU_2006: CORDEAU,
    Format.CORDEAU_LAPORTE_2003: CORDEAU_LAPORTE,
    Format.LI_LIM: LI_LIM,
    Format.SOLOMON: SOLOMON,
    Format.CVRPLIB: CVRPLIB,
    Format.MTVRPTWR: MTVRPTWR,
    Format.KIM_2006: KIM,
    Format.PVRPIF: PVRPIF,
}
