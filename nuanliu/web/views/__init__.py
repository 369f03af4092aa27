"""The screens. A view reads by queries, writes by actions, and holds no rule."""
