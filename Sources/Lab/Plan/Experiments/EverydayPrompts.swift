// Requests of the kind that people make of an assistant every day: code first, as in the claim that winter-break tests,
// then writing, explaining, listing, counting and planning. Shared by winter-break and quantization-drift.

let everydayPrompts = #"""
    {"id": "code-fizzbuzz", "prompt": "Write a Python function fizzbuzz(n) that returns the list of FizzBuzz strings from 1 to n.", "items": ["def fizzbuzz", "return"]}
    {"id": "code-palindrome", "prompt": "Complete this function and return only code:\n\ndef is_palindrome(text: str) -> bool:\n    \"\"\"True if text reads the same both ways, ignoring case and spaces.\"\"\"", "items": ["def is_palindrome", "return"]}
    {"id": "code-csv-totals", "prompt": "Write a Python script that reads sales.csv with the columns region and amount and prints the total of each region.", "items": ["import csv|pandas", "region", "amount", "print"]}
    {"id": "code-binary-search", "prompt": "Implement binary search over a sorted list in Python, with a docstring.", "items": ["def", "return", "while|binary_search"]}
    {"id": "code-sql-top", "prompt": "Write an SQL query that lists the five customers with the highest total of orders, from the tables customers(id, name) and orders(customer_id, total).", "items": ["SELECT", "JOIN", "GROUP BY", "ORDER BY", "LIMIT|TOP|FETCH"]}
    {"id": "code-html-form", "prompt": "Write a plain HTML page with a sign-up form: name, e-mail, password and a submit button.", "items": ["form", "name", "email|e-mail", "password", "submit"]}
    {"id": "code-debounce", "prompt": "Write a JavaScript function debounce(fn, wait) and show one example of how it is used.", "items": ["function", "setTimeout", "clearTimeout"]}
    {"id": "code-stack", "prompt": "Write a Stack class in Python with push, pop, peek and is_empty.", "items": ["class Stack", "push", "pop", "peek", "is_empty"]}
    {"id": "code-regex-date", "prompt": "Give a regular expression that matches dates such as 2023-05-15, and explain each of its parts.", "items": ["d|0-9"]}
    {"id": "code-backup", "prompt": "Write a Bash script that copies the folder ~/notes into ~/backup/ with the date in the copy's name.", "items": ["date", "cp|tar|rsync", "notes", "backup"]}
    {"id": "code-fix-average", "prompt": "This Python function fails for an empty list. Fix it and say what you changed:\n\ndef average(xs):\n    return sum(xs) / len(xs)", "items": ["def average", "return"]}
    {"id": "code-tests", "prompt": "Write three unit tests with Python's unittest for a function add(a, b).", "items": ["import unittest", "assertEqual", "def test"]}
    {"id": "write-thanks", "prompt": "Write a short letter thanking a neighbour who watered my plants for two weeks.", "items": ["plants", "thank|thanks|grateful"]}
    {"id": "write-resign", "prompt": "Write a polite letter of resignation with four weeks' notice.", "items": ["resign|resignation", "weeks|month|notice"]}
    {"id": "write-refund", "prompt": "Write an e-mail to a shop asking for a refund for a kettle that stopped working after three days.", "items": ["kettle", "refund"]}
    {"id": "write-invite", "prompt": "Write an invitation to a picnic in the park on Saturday at noon. Guests should bring a blanket.", "items": ["picnic", "Saturday", "noon|12", "blanket"]}
    {"id": "write-story-fox", "prompt": "Tell a story of about ten sentences about a fox who is afraid of the dark.", "items": ["fox", "dark"]}
    {"id": "write-poem-rain", "prompt": "Write a poem of three stanzas about rain on a tin roof.", "items": ["rain", "roof"]}
    {"id": "write-product", "prompt": "Describe a wooden desk lamp for an online shop in one paragraph.", "items": ["lamp", "wood|wooden"]}
    {"id": "write-speech", "prompt": "Write a toast of one minute for my sister's wedding.", "items": ["sister", "wedding|marriage"]}
    {"id": "write-apology", "prompt": "Write a note to my team apologising that I missed the Tuesday meeting, and propose a new time.", "items": ["Tuesday", "apologize|apologise|sorry|apologies"]}
    {"id": "explain-tides", "prompt": "Explain why there are tides in the sea.", "items": ["moon", "gravity|gravitational"]}
    {"id": "explain-inflation", "prompt": "Explain inflation to a twelve-year-old.", "items": ["price|prices", "money"]}
    {"id": "explain-vaccines", "prompt": "How does a vaccine protect a person from a disease?", "items": ["immune"]}
    {"id": "explain-rainbow", "prompt": "How does a rainbow form?", "items": ["light", "water|rain|droplets"]}
    {"id": "explain-compound", "prompt": "What is compound interest? Give one example with numbers.", "items": ["interest", "principal|initial|deposit|invest"]}
    {"id": "explain-bicycle", "prompt": "Why does a moving bicycle stay upright?", "items": ["balance|steer|steering|wheel|wheels"]}
    {"id": "explain-dns", "prompt": "Explain what happens between typing a web address and seeing the page.", "items": ["DNS|domain", "server", "browser"]}
    {"id": "explain-bread", "prompt": "Why does bread dough rise?", "items": ["yeast"]}
    {"id": "list-planets", "prompt": "List the eight planets of the solar system with one fact about each.", "items": ["Mercury", "Venus", "Earth", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune"]}
    {"id": "list-weekdays-csv", "prompt": "Give me a CSV with the columns day and meal: one dinner for each day of the week.", "items": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]}
    {"id": "list-packing", "prompt": "Make a packing list for a weekend of hiking, with at least twelve things.", "items": ["water", "food|snacks", "map|compass|GPS", "jacket|clothes|clothing"]}
    {"id": "list-mammals", "prompt": "List fifteen mammals, one a line, without comments."}
    {"id": "list-questions", "prompt": "Give me ten questions to ask at a job interview for a gardener."}
    {"id": "list-synonyms", "prompt": "Give ten synonyms for 'happy', and use each in a sentence.", "items": ["joyful|joyous|glad|cheerful|content"]}
    {"id": "list-continents", "prompt": "Name the seven continents, and one country in each.", "items": ["Africa", "Antarctica", "Asia", "Europe", "North America", "South America", "Australia|Oceania"]}
    {"id": "maths-apples", "prompt": "A box holds 24 apples. Three boxes are full and one is half full. How many apples are there? Show your work.", "items": ["84"]}
    {"id": "maths-speed", "prompt": "A train goes 150 km in an hour and a half. What is its average speed? Show your work.", "items": ["100"]}
    {"id": "maths-percent", "prompt": "A coat costs 80 euros and is reduced by 25 %. What is the new price? Show your work.", "items": ["60"]}
    {"id": "maths-area", "prompt": "A garden is 12 m long and 8 m wide. How much fence does it need, and what is its area? Show your work.", "items": ["40", "96"]}
    {"id": "plan-study", "prompt": "Make a plan for learning basic Spanish in eight weeks, with a goal for each week.", "items": ["week 1|week one", "week 8|week eight"]}
    {"id": "plan-party", "prompt": "Plan a birthday party for ten children: time, games, food, and what it costs.", "items": ["games", "food|cake", "cost|budget|$|€"]}
    {"id": "plan-run", "prompt": "Make a four-week plan for somebody who wants to run five kilometres without a pause.", "items": ["week 1|week one", "week 4|week four"]}
    {"id": "plan-move", "prompt": "What has to be done in the last week before moving house? Order it by day.", "items": ["boxes|pack|packing"]}
    """#
