"""The roster: workbooks and folders of tables that the programme office hands in, and what they change."""
