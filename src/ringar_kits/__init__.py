"""Plain Python methods that any municipality can take home: no Django, no ringar.

Each kit is a package of its own with frozen dataclasses in and out, and one file per verb.
`errors` and `tables` are shared by all of them: how bad input is told, and how files are read.
"""

import os

# The kits' matrices are narrow and servers have other work: with more threads numpy's linear algebra mostly waits for
# itself (six times as long on two busy cores). It must be said before numpy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
