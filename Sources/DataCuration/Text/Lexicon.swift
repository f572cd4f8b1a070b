// Groups of words that many rules share, by language. A macro stands for its text as if that were in parentheses.

// To add words: to the macro of their language; every pattern that names it has them at once.
enum Lexicon {
    static let macros: [String: String] = [
        // English
        "i_am": "i am|i'm|im|i m",
        "i": "i|we",
        "machine": """
        ai|artificial intelligence|ai language model|language model|language models|llm|large language model|\
        llms|chatbot|chat bot|chatbots|bot|virtual assistant|digital assistant|ai assistant|ai model|ai system|ai program|\
        ai chatbot|ai bot|computer program|computer|machine|robot|neural network|software program|language ai|\
        machine learning model|conversational agent|text based model|generative model|ai agent|ai tool|\
        virtual agent|software|nlp model|computer system|automated assistant|language processing model|\
        text based ai|piece of software|algorithm|text generator|digital entity|model|assistant
        """,
        // A machine that is nobody's profession and no reader's gadget.
        "ai": """
        ai|artificial intelligence|ai language model|language model|large language model|llm|chatbot|chat bot|\
        ai assistant|ai model|ai system|ai program|ai chatbot|ai bot|computer program|virtual assistant|\
        digital assistant|machine learning model|conversational agent|ai agent|language ai|ai tool|bot|machine|\
        text based model|generative model|automated assistant|neural network|software program|computer
        """,
        "profession": """
        engineer|researcher|developer|student|enthusiast|expert|scientist|consultant|specialist|professor|teacher|\
        lecturer|user|company|startup|lab|team|trainer|safety|ethics|ethicist|policy|product|architect|strategist|lead|\
        director|intern|journalist|lawyer|analyst|artist|skeptic|optimist|fan|nerd|practitioner|instructor|lover|\
        believer|convert|founder|programmer|hobbyist|major|operator|technician|repair|learning|vision
        """,
        "made": """
        made|created|built|trained|developed|designed|programmed|engineered|produced|fine tuned|finetuned|\
        pre trained|pretrained|launched|released|maintained|deployed|powered|provided|owned|run|operated|brought to you|\
        introduced|offered|crafted|invented
        """,
        "makers": """
        creators|creator|developers|developer|makers|maker|owners|owner|parent company|company|programmers|\
        engineers|trainers|team behind me
        """,
        "rules": """
        policy|policies|guideline|guidelines|terms|terms of service|terms of use|rules|principles|standards|\
        restrictions|code of conduct|safety guidelines|safety policy|ethical guidelines
        """,
        "cannot": """
        cannot|can't|can not|cant|couldn't|could not|won't|will not|wont|am unable to|'m unable to|unable to|am not able to|\
        'm not able to|not able to|am not allowed to|'m not allowed to|am not permitted to|'m not permitted to|\
        am not comfortable|'m not comfortable|am not willing to|'m not willing to|not willing to|refuse to|\
        must decline|have to decline|need to decline|must respectfully decline|decline to|am not going to|\
        'm not going to|shouldn't|should not|would rather not|'d rather not|am forbidden|do not feel comfortable|\
        don't feel comfortable|am prohibited from|'m prohibited from|am restricted from|am not authorized to|\
        am not programmed to|'m not programmed to|am not designed to|'m not designed to
        """,
    ]
}
