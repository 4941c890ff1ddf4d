"""The shapes of requests and answers: what is checked on the way in, and what the OpenAPI document says on the way out."""
