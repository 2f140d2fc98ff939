"""Other people's models: looked at without running them, tried in a process of their own, and only then added.

``inspection`` reads the file as data. ``trial`` draws a portrait with it and finds out its contract. Both happen in
``child``, a process with a time and a memory limit that ``guard`` starts and watches, so that nothing in a file can
bring the program down. ``adding`` puts what passed into the user's folder of models, whole or not at all.
"""
