"""The commander's page: where it burns, what is new, what keeps coming back, who has it in hand."""
