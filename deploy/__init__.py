"""What starts the servers that Rxpath needs beside it. Imports nothing of the other packages: it stands below them all."""
