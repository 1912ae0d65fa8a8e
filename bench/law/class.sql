SELECT water_section(ph, "do", codmn, cod, bod5, nh3n, tp, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
  'river', NULL, 'raw', DATE '{date}', '340100') AS class, count(*) AS n
FROM rows GROUP BY 1 ORDER BY 2 DESC, 1
