"""How the work goes: the situation of a moment, the measures, and areas beside each other. It only reads."""
