"""Invented people of the demo clinic. Pure; addresses and numbers are reserved for examples.

Names come from many places and in all lengths: single names, long ones, accents, apostrophes. Some
families share an address, some people have none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from uuid import UUID

from clients.contact import name_key


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GIVEN = _words(
    """
    Aaliyah Adaeze Adriana Aisha Akua Alejandra Alice Amara Amina Ana Anaïs Andrea Anika
    Anneke Asha Astrid Ayumi Bao Beatriz Bronwyn Camille Carlos Catherine Chidi Chloé Clara
    Daniela Dawit Deepa Diego Dolores Edith Eileen Elena Elif Emeka Emma Esther Étienne Eun-ji
    Farah Fatima Femi Fiona Florence Françoise Freya Gabriela Giulia Grace Hanna Haruka Helena
    Hiba Hyun-woo Ines Ingrid Isabel Jasmine Jia Joanna João José Jürgen Kamala Karim
    Katarzyna Keiko Kofi Kwame Laila Lakshmi Leila Lena Ling Linh Lucía Lucy Maëlle Magdalena
    Małgorzata Manuela Margaret Maria Mariam Marisol Maya Meera Mehwish Mina Miriam Naledi
    Naomi Natalia Ngozi Niamh Nkechi Noémie Noor Nour Olga Oluwaseun Pablo Parisa Paul Pilar
    Priya Radha Renée Rosa Ruth Sabine Samira Sandra Sanjay Saoirse Sara Seo-yeon Shanice
    Siobhán Sofía Soraya Suki Susan Tamar Tariq Tatiana Thandiwe Theresa Thuy Tomás Uma
    Valentina Vera Victoria Wanjiru Wei Xiomara Yara Yasmin Yetunde Yuki Zainab Zofia Zoë
    """
)
FAMILY = _words(
    """
    Abara Abebe Acheampong Adeyemi Ahmed Álvarez Andersson Appiah Baptiste Bélanger Berg
    Bianchi Boateng Botha Brânză Campbell Castillo Chan Chaudhry Chen Chukwu Costa Côté
    D'Angelo Da-Silva Demir Diallo Dimitrov Dubois Eriksson Espinoza Fairweather Farah
    Fernández Fitzgerald Fonseca Gagnon Gill Goldberg Gómez Grant Guerrero Haddad Hakimi
    Hernández Hoang Hofmann Hussain Ibrahim Ito Ivanova Jansen Johal Kaur Kelly Khan Kim
    Kovács Kowalski Kruger Lam Larsen Lê Lefèvre Levy Lindqvist López MacDonald Mahmoud Marín
    Martín Mbeki McAllister Mehta Mensah Moreau Müller Murphy Nakamura Nasser Ndlovu Nguyễn
    Novák Núñez O'Brien O'Neill Obi Okonkwo Olsen Ortiz Osei Özdemir Papadakis Park Patel Peña
    Pereira Petrov Pham Popescu Qureshi Rahimi Ramírez Reddy Rossi Rousseau Sánchez Santos
    Sato Schäfer Sharma Silva Singh Słowik Sokolov Suzuki Tadesse Takahashi Tanaka Taylor
    Thapa Tremblay Tran Tshabalala Usman Vasquez Virtanen Vu Wang Weiss Williams Wójcik Wong
    Yamamoto Yildiz Zhang Zieliński
    """
)
SINGLE = ("Suharti", "Nirmala", "Teller", "Wulandari", "Björk", "Khin", "Sukarno", "Madhavi")
LONG = (
    "María del Carmen Fernández de la Cruz y Montemayor",
    "Wilhelmina Alexandrina van den Bosch-Ouwerkerk van Nieuwenhuizen",
    "Chukwuemeka Oluwadamilola Okonkwo-Featherstonehaugh",
    "Ana Beatriz de Oliveira Vasconcelos e Albuquerque",
)
# Numbers 555-0100 to 555-0199 of every area are set aside for fiction.
AREAS = (416, 647, 437, 905, 289, 365, 742, 226, 519, 548, 249, 705, 343, 613)
HOSTS = ("example.com", "example.org", "example.net")
LATIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "'": None, " ": ".", "-": "."})


@dataclass(slots=True)
class Person:
    """A client to be. `number` is their place in the list, from 1."""

    number: int
    uid: UUID
    name: str
    email: str
    phone: str
    created_at: datetime
    met: bool
    booked_by: str = ""


def uuid(random: Random) -> UUID:
    """Return a random uid that follows from the seed."""
    return UUID(int=random.getrandbits(128), version=4)


def person(number: int, before: Person | None, created_at: datetime, random: Random) -> Person:
    """Return the next client. `before` is the one made before, who may be of their family."""
    given, family = random.choice(GIVEN), random.choice(FAMILY)
    chance = random.random()
    email, phone, booked_by = "", _phone(number), ""
    if chance < 0.03 and before and before.email and " " in before.name:
        family = before.name.rpartition(" ")[2]
        email, phone = before.email, before.phone
        booked_by = before.name if chance < 0.01 else ""
    if chance > 0.985:
        name = random.choice(SINGLE)
    elif chance > 0.975:
        name = random.choice(LONG)
    else:
        name = f"{given} {family}"
    if not email and not 0.5 < chance < 0.54:
        email = f"{_latin(name)}.{number}@{HOSTS[number % len(HOSTS)]}"
    return Person(number, uuid(random), name, email, phone, created_at, False, booked_by)


def _phone(number: int) -> str:
    """Return a number nobody has; there are not enough of them for a very large clinic."""
    area, line = divmod(number - 1, 100)
    return f"+1{AREAS[area]}55501{line:02}" if area < len(AREAS) else ""


def _latin(name: str) -> str:
    plain = name_key(name).translate(LATIN)
    return "".join(letter for letter in plain if letter.isascii())[:40].strip(".")
