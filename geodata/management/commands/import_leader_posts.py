from geodata.management.import_command import ImportCommand


class Command(ImportCommand):
    help = "Load leader posts from a file: all rows or none."
    target = "posts"
