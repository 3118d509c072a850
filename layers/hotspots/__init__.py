"""What keeps coming back: pure statistics over places, times and topics, one file per statistic.

Arrays in, arrays or small frozen records out; every random thing takes its generator.
"""
