SELECT validity_hour('gas', minutes, mark, NULL, DATE '{date}') AS valid,
  emission_exceed('power', '二氧化硫', gas_so2, 'coal', 'special', NULL, NULL, '1h', o2, NULL, NULL, NULL, NULL, NULL, DATE '{date}', '340100') AS multiple,
  count(*) AS n
FROM rows GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 12
