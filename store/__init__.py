"""Where posts rest and are asked for. Protocols in base, questions as records in query, one module per engine."""
