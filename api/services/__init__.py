"""The rules between routes and stores: who may see and change what of a patient. No HTTP here."""
