from geodata.management.import_command import ImportCommand


class Command(ImportCommand):
    help = "Load buildings from a file: all rows or none."
    target = "buildings"
