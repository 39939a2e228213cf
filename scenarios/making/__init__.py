"""Make the alpha case: real towns out of registry packages, a made-up firm on top."""
