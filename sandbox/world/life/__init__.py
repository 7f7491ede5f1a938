"""The whole life of a charge, from the day of service to the last cent, seeded and seen from any day."""

from sandbox.world.life.batch import LifeBatch
from sandbox.world.life.history import OfficeLife
from sandbox.world.life.postings import BUCKETS, Bucket, Posting
from sandbox.world.life.standing import ClaimStatus, Standing, stand_on

__all__ = ["BUCKETS", "Bucket", "ClaimStatus", "LifeBatch", "OfficeLife", "Posting", "Standing", "stand_on"]
