"""The live stream: samples as they are taken, from the sampler over Redis to the sockets."""
