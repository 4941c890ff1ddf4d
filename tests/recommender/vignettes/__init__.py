"""Published cases: what guidelines and labels say of patients, held against what is recommended to them."""
