"""`lesson_utils`: the library behind the course »ConvNet-arkitekturer«.

Nothing is imported here, so that `import lesson_utils` costs nothing; each lesson imports the rooms it
uses: `lesson_utils.networks`, `lesson_utils.images`, `lesson_utils.classroom`, and so on.
"""
