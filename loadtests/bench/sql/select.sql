-- What an inquiry reads.
\set i :i + 1
\set n :start + :client_id + :clients * :i
\set bucket :n % 1024
\set customer 100000000 + :n
SELECT * FROM bill WHERE bucket = :bucket AND service_code = '200043011' AND customer_pseudonym = CAST(:customer AS text)
    ORDER BY due_on NULLS LAST, bill_number;
