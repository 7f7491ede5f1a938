"""Names that nobody could take for real people, offices or payers."""

from __future__ import annotations

PATIENT_LAST_NAME = "TEST"

_FIRST_NAMES = """
Amber Aaron Adele Agnès Ahmed Aiko Alba Alois Amélie Anders Anneliese Arjun Aurora Basil Beatriz Björn Blossom
Bruno Camila Caspian Cedar Celeste Chloé Clementine Clover Coral Cosima Cyrus Dagmar Dalia Dario Dušan Ebba Echo
Eero Elif Eliška Ember Emre Esmé Fabian Fern Fjóla Flora Françoise Garnet Giulia Gwendolyn Hazel Heidrun Hugo
Ignacio Ilse Imani Indigo Ines Ivy Jasper Jiří João Jonquil José Juniper Kai Kateřina Kwame Lark Laszlo Leilani
Linden Lotte Łukasz Magnolia Malik Marigold Maëlle Mehmet Mika Mireille Myrtle Nadia Neo Nesta Noor Nuria Ocean
Olive Onyx Øystein Pascal Pearl Petra Poppy Priya Quincy Ragnar Raúl Reed Renée Rosalind Rowan Ruby Sage Saskia
Sequoia Siân Sienna Søren Sunniva Tamsin Teal Thaïs Tobias Tulip Ulla Umber Valentin Vesna Violet Wren Xavier
Yara Yusuf Zélie Zoë
"""
PATIENT_FIRST_NAMES = tuple(_FIRST_NAMES.split())

#: Rendering providers, six a practice: first, middle, last name, credential. Each set has its trap for name matching:
#: near-alike first names, accents, a hyphen, an initial, and one last name that two share.
RENDERING_PROVIDERS = (
    (
        ("Jon", "", "Samplewood", "MD"),
        ("John", "", "Samplewood", "DO"),
        ("Zoë", "", "Mockridge", "NP"),
        ("Anne-Marie", "", "Testwell", "MD"),
        ("Óscar", "L", "Muestra-Núñez", "MD"),
        ("Ingrid", "", "Øvelsgaard", "PhD"),
    ),
    (
        ("Catherine", "", "Fauxworth", "MD"),
        ("Katherine", "", "Fauxworth", "MD"),
        ("Jürgen", "", "Übungsmann", "DO"),
        ("Tess", "R", "Dummeridge", "NP"),
        ("Eliška", "", "Próbová", "MD"),
        ("Sam", "", "Specimen", "PhD"),
    ),
    (
        ("Marc", "", "Trialgate", "MD"),
        ("Mark", "", "Trialgate", "NP"),
        ("Chloé", "", "d'Essai", "MD"),
        ("Kwame", "B", "Practisson", "DO"),
        ("Beatrix", "", "Pretender", "MD"),
        ("Łukasz", "", "Przykładowski", "PhD"),
    ),
    (
        ("Ann", "", "Rehearsal", "MD"),
        ("Anna", "", "Rehearsal", "DO"),
        ("Søren", "", "Prøvestad", "MD"),
        ("Gil", "", "Standin", "NP"),
        ("Renée", "", "Fictive", "MD"),
        ("Paz", "M", "Inventada", "PhD"),
    ),
    (
        ("Brian", "", "Makebelieve", "MD"),
        ("Bryan", "", "Makebelieve", "MD"),
        ("Aino", "", "Harjoitus", "DO"),
        ("Noor", "", "Placeholder", "NP"),
        ("João", "", "Exemplo", "MD"),
        ("Uma", "K", "Pretend", "PhD"),
    ),
)

#: One more a practice, no longer active: a name that a list still shows and nobody may post under.
INACTIVE_PROVIDER = ("Olden", "", "Formerly", "MD")

REFERRING_PROVIDERS = (
    ("Rita", "", "Referral", "MD"),
    ("Élodie", "", "Renvoi", "DO"),
    ("Otto", "", "Überweiser", "MD"),
)

#: Customer, then its practices, then each practice's service locations with their place of service.
OFFICES = (
    (
        "Practice Harbor Billing",
        (
            (
                "Harbor Test Family Medicine",
                (("Harbor Test Family Medicine", "11"), ("Harbor Test Hospital Ward", "21")),
            ),
            # The first practice's name is part of this one's: the vendor matches names by substring.
            ("Harbor Test Family Medicine North", (("North Pier Test Clinic", "11"),)),
            ("Lighthouse Test Cardiology", (("Lighthouse Test Suite", "11"),)),
        ),
    ),
    (
        "Practice Meadow Billing",
        (
            ("Meadow Test Pediatrics", (("Meadow Test Playhouse", "11"),)),
            ("Clover Test Orthopedics", (("Clover Test Orthopedics", "11"), ("Clover Test Surgery Barn", "24"))),
        ),
    ),
)

#: Offices of clients that are at CollaborateMD only, in the same shape.
FURTHER_OFFICES = (
    (
        "Practice Willow Billing",
        (
            (
                "Willow Test Recovery",
                (("Willow Test Residence", "55"), ("Willow Test Day Program", "52")),
            ),
            ("Willow Test Counseling", (("Willow Test Counseling", "11"),)),
        ),
    ),
    (
        "Practice Summit Billing",
        (
            ("Summit Test Behavioral", (("Summit Test Lodge", "56"), ("Summit Test Outpatient", "53"))),
            ("Summit Test Laboratory", (("Summit Test Laboratory", "81"),)),
        ),
    ),
    (
        "Practice Orchard Billing",
        (("Orchard Test Surgery", (("Orchard Test Surgery Center", "24"), ("Orchard Test Clinic", "11"))),),
    ),
)

#: Payer id, company, plan. 87726 is a payer id of the real world, so that claim status can be asked for.
PAYERS = (
    ("87726", "Practice United Test", "Practice United Choice"),
    ("TST01", "Bluebird Test Mutual", "Bluebird Test PPO"),
    ("TST02", "Evergreen Test Health", "Evergreen Test HMO"),
    ("TST03", "Old Oak Test Senior", "Old Oak Test Advantage"),
    ("TST04", "Pebble Test Assurance", "Pebble Test Basic"),
)
