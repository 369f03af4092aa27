"""What is wrong with a list, decided column by column, without a database.

`normalise.read_rows` makes one frame of all tables; `rows.check_rows` judges each row alone; `record.check_record`
adds what the record answered; `clashes.check_clashes` walks the rows that share a number, an account or a household;
`findings.assemble` turns it all into findings. The order is explained in `nuanliu/awards/README.md`.
"""
