from treatments.models.treatment import Offer, Phase, Treatment

__all__ = ["Offer", "Phase", "Treatment"]
