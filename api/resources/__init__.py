"""The routes, one blueprint a resource: schema in, one call, schema out. Who may ask which stands in ``api.roles``."""
