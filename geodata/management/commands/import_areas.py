from geodata.management.import_command import ImportCommand


class Command(ImportCommand):
    help = "Load areas from a file: all rows or none."
    target = "areas"
    takes_kind = True
