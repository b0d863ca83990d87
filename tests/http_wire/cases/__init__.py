"""Every case, by group: the modules of this folder."""
import importlib

GROUPS = {
    "request line": "request_line", "field lines": "field_lines", "host": "host",
    "content-length": "content_length", "transfer-encoding": "transfer_encoding", "chunked": "chunked_body",
    "expect": "expect", "methods": "methods", "persistence": "persistence", "limits": "limits",
    "ranges": "ranges", "conditions": "conditions", "paths": "paths", "delivery": "delivery",
    "not HTTP": "not_http", "answers": "answers",
}


def load_all():
    """[(group, case)], each named once in its group."""
    loaded = []
    for group, module in GROUPS.items():
        names = set()
        for case in importlib.import_module(f"cases.{module}").CASES:
            if case.name in names:
                raise ValueError(f"two cases of {group} are called {case.name!r}")
            names.add(case.name)
            loaded.append((group, case))
    return loaded
