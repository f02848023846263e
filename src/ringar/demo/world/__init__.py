"""The world around the robots, invented: a finance system and a mail server, each a process of its own.

    python -m ringar.demo.world finance --data finance.sqlite3
    python -m ringar.demo.world mail --data mail.sqlite3
    python -m ringar.demo.world keep --folder world      # both, for as long as it runs

Each prints one line of JSON with its ports. What happened to it stands in its own SQLite file before it answers
anyone: the ground truth that robots are compared with (`ringar.demo.world.ground`).
"""
